import { renderToString } from 'react-dom/server';
import { Room } from '../../react/room.js';

export const renderOnServer = () => renderToString(<Room />);
