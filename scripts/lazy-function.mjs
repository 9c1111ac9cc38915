/**
 * An esbuild plugin: a package whose default export is a function is loaded at its first call, although it is imported at the top. For
 * packages that take long to load and that most runs do not use.
 */
export function lazyFunction(name) {
  const namespace = 'lazy-function';
  return {
    name: `${namespace} ${name}`,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ namespace: from }) =>
        from === namespace ? undefined : { path: name, namespace },
      );
      onLoad({ filter: /.*/, namespace }, () => ({
        contents: `let load; export default (...given) => (load ??= require('${name}').default)(...given);`,
        resolveDir: process.cwd(),
      }));
    },
  };
}
