/** The last thing that went wrong, for `status`. */
export class LastError {
  text: string | undefined;
}
