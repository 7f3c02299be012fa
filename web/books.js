/* What nearly every page needs of the person's books: who they are, their accounts, their categories. Read once a visit of a
 * page. */

import {all, get} from "./api.js";

let reading = null;

/* { me, accounts, categories, account(id), category(id) } */
export function books() {
  reading ??=
      Promise.all([get("/v1/users/me"), all("/v1/accounts"), all("/v1/categories")]).then(([me, accounts, categories]) => {
        const by = (list) => new Map(list.map((one) => [one.id, one]));
        const [accountsById, categoriesById] = [by(accounts), by(categories)];
        return {me, accounts, categories, account: (id) => accountsById.get(id), category: (id) => categoriesById.get(id)};
      });
  reading.catch(() => (reading = null));
  return reading;
}

export function forget() { reading = null; }

export const accountOptions = ({accounts}) => accounts.map((one) => [one.id, one.name]);

/* A tree, as the lines of a list: children behind their parent, moved in. */
export function categoryOptions({categories}, kinds) {
  const wanted = kinds ? categories.filter((one) => kinds.includes(one.kind)) : categories;
  const below = (parent, indent) => wanted.filter((one) => one.parent_id === parent)
                                        .flatMap((one) => [[one.id, indent + one.name], ...below(one.id, `${indent}\u2003`)]);
  return below(null, "");
}

/* Mine first, then the others by their codes: the order in which currencies are shown. */
export function currencies({me}, codes) {
  return [...new Set(codes)].sort((a, b) => (b === me.currency) - (a === me.currency) || (a < b ? -1 : 1));
}
