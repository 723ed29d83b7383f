import throughline from '@throughline/transform/next';

export default throughline({});
