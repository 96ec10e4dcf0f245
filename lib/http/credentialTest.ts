/** Rules of a credential test, which follows no redirect: the key would go along to wherever it leads. */
export function redirected(service: string): Array<{ type: 'responseCode'; properties: { value: number; message: string } }> {
	return [301, 302, 303, 307, 308].map((value) => ({ type: 'responseCode', properties: { value, message: `The base URL does not belong to the API of ${service}: it sends every call elsewhere. The key was not sent after it.` } }));
}
