/** The index of React Native, each of whose exports is a getter that loads a module. */
declare module 'react-native' {
  const exports: object;
  export default exports;
}
