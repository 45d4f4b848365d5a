/** Entry of the workflow bundle: every workflow type by its exported name. */
export { registration } from './registration.ts';
