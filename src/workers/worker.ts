// The module that a worker thread loads: it calls the default export with each job.
import { jobRunner } from './jobs.ts';

export default jobRunner();
