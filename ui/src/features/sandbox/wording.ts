/** How the panel writes the org's times. */

/** `2026-03-02 09:00:00 UTC` */
export function moment(iso: string): string {
	return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

/** `09:00:00` */
export function timeOfDay(iso: string): string {
	return iso.slice(11, 19);
}
