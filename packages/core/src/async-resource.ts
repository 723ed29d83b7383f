/** Node's AsyncResource: on servers the runtime's own class, which carries our frames because the engines use what it uses. */
export { AsyncResource } from '#engine';
