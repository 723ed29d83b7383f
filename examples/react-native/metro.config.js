const { getDefaultConfig } = require('@react-native/metro-config');
const { withThroughline } = require('@throughline/transform/metro');

module.exports = withThroughline(getDefaultConfig(__dirname));
