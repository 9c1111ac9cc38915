/** How large a store may grow where nobody says otherwise. Generous: the full recipe with every corruption at every severity keeps some 4 GB. */
export const usualStoreLimit = { text: '50GB', bytes: 50e9 } as const;
