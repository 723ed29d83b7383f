import '@throughline/transform/install';
