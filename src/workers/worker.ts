// The module that a worker thread loads: what it exports is called with each job.
export { runJob as default } from './jobs.ts';
