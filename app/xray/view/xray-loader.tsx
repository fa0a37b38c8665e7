'use client';

import dynamic from 'next/dynamic';
import { WaitingPicture } from './empty.tsx';

/** The X-ray, fetched after the page: there is nothing to draw before the engine is up, and the lesson is read first. */
export const XrayLoader = dynamic(() => import('./xray.tsx').then(({ Xray }) => Xray), {
  ssr: false,
  loading: () => (
    <>
      <div className="region-head">
        <h2 className="region-title">X-ray</h2>
      </div>
      <div className="xray-body">
        <WaitingPicture />
      </div>
    </>
  ),
});
