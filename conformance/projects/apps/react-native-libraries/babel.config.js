module.exports = {
  presets: ['@react-native/babel-preset'],
  // Zod, which the libraries import, uses a syntax that the preset does not compile.
  plugins: ['@babel/plugin-transform-export-namespace-from'],
};
