/** Granted interceptors among those who are asked about approvals, whether their process runs or not. */
import type { InterceptedRequest, Interceptors, InterceptVerdict } from "../core/interceptors.ts";
import type { Grants } from "./grants.ts";

/**
 * @param intercept asks the capsule of that name; what it throws makes a person be asked
 * @returns brings the seats in line with the grants
 */
export function interceptorSeats(
  interceptors: Interceptors,
  grants: Grants,
  intercept: (name: string, request: InterceptedRequest) => Promise<InterceptVerdict | undefined>,
): () => void {
  let seats: readonly (() => void)[] = [];
  return () => {
    const before = seats;
    seats = grants.all().filter(({ manifest }) => manifest.intercepts.includes("approval")).map((
      { name, manifest: { priority } },
    ) => interceptors.add({ name: `capsule ${name}`, priority, intercept: (request) => intercept(name, request) }));
    for (const leave of before) leave();
  };
}
