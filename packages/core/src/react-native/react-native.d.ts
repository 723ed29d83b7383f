/** The index of React Native, whose exports are getters that load a module each. */
declare module 'react-native' {
  const exports: object;
  export default exports;
}
