import { storeContract } from '../../../contract/store.ts';
import { freshStore } from '../../../support/fresh-store.ts';

storeContract(freshStore);
