/** Reads fields of an untrusted payload: a wrong type counts as absent. */

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON object that `json` is; undefined for anything else, as a line that is being written or was cut. */
export function parseObject(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** A string with something in it. */
export function stringField(fields: Fields, name: string): string | undefined {
  const value = own(fields, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberField(fields: Fields, name: string): number | undefined {
  const value = own(fields, name);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function objectField(fields: Fields, name: string): Fields | undefined {
  const value = own(fields, name);
  return isFields(value) ? value : undefined;
}

/** The objects of an array, or undefined where the field is no array. */
export function objectArrayField(fields: Fields, name: string): readonly Fields[] | undefined {
  const value = own(fields, name);
  return Array.isArray(value) ? value.filter(isFields) : undefined;
}

export function booleanField(fields: Fields, name: string): boolean {
  return own(fields, name) === true;
}

/** `{ [name]: value }`, or nothing where there is no value: optional members are absent, never undefined. */
export function optional<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : { [name]: value } as { readonly [P in K]: V };
}
