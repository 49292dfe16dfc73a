/** The page of all components in all their states: for working on them, and for the tests of the screen. */
import { mount } from 'svelte';
import '../app.css';
import Gallery from './Gallery.svelte';
import { addStates } from './states';

const target = document.getElementById('app');
if (target) {
	mount(Gallery, { target });
	for (const sheet of document.styleSheets) addStates(sheet);
}
