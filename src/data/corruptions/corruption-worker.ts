// The program of the threads that corrupt images.
import { serve } from '../threads/work.ts';
import { corruptionWork } from './batches.ts';

serve(corruptionWork);
