// The program of the threads that make views.
import { serve } from '../threads/work.ts';
import { viewWork } from './batch.ts';

serve(viewWork);
