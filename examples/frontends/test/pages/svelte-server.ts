import { render } from 'svelte/server';
import Room from '../../svelte/Room.svelte';

export const renderOnServer = () => render(Room).body;
