import { tanstackStart } from '@tanstack/react-start/plugin/vite';
import throughline from '@throughline/transform/vite';
import react from '@vitejs/plugin-react';

export default { plugins: [throughline(), tanstackStart(), react()] };
