export { ThroughlineContextManager } from './context-manager.js';
