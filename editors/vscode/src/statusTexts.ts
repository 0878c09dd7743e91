// The words of the status items.
import type { Status } from './protocol';

export interface StatusTexts {
  readonly environment: string;
  readonly base: string;
  readonly variables: string;
  readonly variablesNeedCare: boolean;
}

export function statusTexts(status: Status): StatusTexts {
  const { environment, base, baseUri, unresolved } = status;
  return {
    environment: environment === undefined ? 'No environment' : `Environment: ${environment}`,
    base: base === undefined ? 'Extends nothing' : `Extends ${base}${baseUri === undefined ? ' (not found)' : ''}`,
    variables:
      unresolved === 0
        ? 'All variables resolved'
        : `${String(unresolved)} unresolved ${unresolved === 1 ? 'variable' : 'variables'}`,
    variablesNeedCare: unresolved > 0,
  };
}
