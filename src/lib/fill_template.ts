/** Text from a template in install/. Pure. */

/**
 * Fills `{{name}}`. An empty value takes the space or the line's end behind it along, so that no empty line or word is left.
 * What is put in is never looked at again.
 *
 * @throws {Error} where the template names what has no value: a fault of ours
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}([ \n]?)/g, (_, name: string, behind: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template has no value for ${name}`);
    return value === "" ? "" : value + behind;
  });
}
