/** What is in a file, as Base64: the engine takes no bytes. */
export function inBase64(file: File): Promise<string> {
	return new Promise((resolve, reject) => {
		const reader = new FileReader();
		reader.onload = () => resolve((reader.result as string).replace(/^[^,]*,/, ''));
		reader.onerror = () => reject(reader.error ?? new Error(`${file.name} cannot be read`));
		reader.readAsDataURL(file);
	});
}
