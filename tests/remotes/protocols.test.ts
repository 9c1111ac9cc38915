import { remoteContract } from '../contract/remote.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { describeCaches } from './places.ts';

describeCaches(temporaryDirectory(), (freshCache) => {
  remoteContract(async () => (await freshCache()).open());
});
