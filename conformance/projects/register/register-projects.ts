/** The applications that run with `throughline/register` and agents. Their files are in `apps/register`. */
import { FRAMEWORK_PROJECTS } from './framework-projects.js';
import type { RegisteredProject } from './registered-app.js';
import { SERVER_PROJECTS } from './server-projects.js';

export const REGISTER_PROJECTS: readonly RegisteredProject[] = [...SERVER_PROJECTS, ...FRAMEWORK_PROJECTS];
