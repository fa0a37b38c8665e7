import { LayersIcon } from '../../ui/icons.tsx';

export function WaitingPicture() {
  return (
    <div className="xray-empty">
      <LayersIcon />
      <p>The picture of images and containers appears here when the engine is up.</p>
    </div>
  );
}

export function EmptyPicture() {
  return (
    <div className="xray-empty">
      <LayersIcon />
      <p>The engine holds no images and no containers yet.</p>
      <p>
        Type <code>docker build -t myapp .</code> in the terminal, and the layers of the new image appear here.
      </p>
      <p>
        <a href="/images/" target="_blank" rel="noreferrer">
          Images that can be pulled
        </a>
      </p>
    </div>
  );
}
