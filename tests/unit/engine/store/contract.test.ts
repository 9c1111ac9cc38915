import { describe, onTestFinished } from 'vitest';
import { storeContract } from '../../../contract/store.ts';
import { freshStore } from '../../../support/fresh-store.ts';
import { MemoryStore } from '../../../support/memory-store.ts';

describe('a store on disk', () => storeContract(freshStore));

describe('the store of other tests', () => {
  storeContract(async () => {
    const store = new MemoryStore();
    onTestFinished(() => store.remove());
    return store;
  });
});
