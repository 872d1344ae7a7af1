// @ts-nocheck: the files of Next are for Next's own compiler.
import { renderToString } from 'react-dom/server';
import Page from '../../next/app/page';

export const renderOnServer = () => renderToString(<Page />);
