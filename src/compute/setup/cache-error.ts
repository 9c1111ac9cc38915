import { EnvironmentError } from '../../problem/errors.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'part of the path is not a folder',
  EEXIST: 'part of the path is not a folder',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
};

/** The meaning of a file system error for the cache; the error itself if nobody can act on it. */
export function cacheError(cache: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const reason = code === undefined ? undefined : reasons[code];
  if (reason === undefined) return error;
  return new EnvironmentError(`cannot write to the cache ${cache}: ${reason}`, {
    hint: 'free or unlock it, or choose another folder: PIPE_CACHE_DIR=/path/with/space',
    cause: error,
  });
}
