import { tanstackStart } from '@tanstack/react-start/plugin/vite';
import throughline from '@throughline/transform/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [throughline(), tanstackStart(), react()] });
