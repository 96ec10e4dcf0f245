/** Goes with the wall clock, but waiting costs nothing: for the nodes (`useClock`) and for the sandbox alike. */
export const hurried = {
	ahead: 0,
	now: () => Date.now() + hurried.ahead,
	sleep: async (ms: number) => {
		hurried.ahead += ms;
		await new Promise((resolve) => setImmediate(resolve));
	},
};
