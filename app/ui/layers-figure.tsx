/**
 * The idea of the X-ray as a still picture: two images share layers, and a container stands on one of them with a
 * writable layer of its own. It uses the same classes as the live one.
 */
export function LayersFigure() {
  return (
    <figure className="layers-figure">
      <div
        className="figure-stack"
        role="img"
        aria-label="A base layer at the bottom. On it a COPY layer, the top of the image myapp:latest. On that, side by side, the container mycontainer with file.txt in its writable layer, and one more layer, the top of the image myapp:v2."
      >
        <div className="figure-column">
          <FigureFlag name="myapp:latest" />
          <div className="figure-row">
            <div className="figure-cap">
              <span className="cap-name">mycontainer</span>
              <span className="cap-state">
                <span className="figure-dot" /> running
              </span>
              <span className="chip" data-kind="added">
                <span className="chip-mark">A</span>
                <span className="chip-name">file.txt</span>
              </span>
            </div>
            <div className="figure-column">
              <FigureFlag name="myapp:v2" />
              <div className="figure-layer" data-tint="2">
                <span>docker commit</span>
              </div>
            </div>
          </div>
        </div>
        <div className="figure-layer" data-tint="5">
          <span>COPY . .</span>
        </div>
        <div className="figure-layer" data-tint="0">
          <span>alpine:latest</span>
        </div>
        <div className="picture-ground" />
      </div>
      <figcaption>
        Two images share every layer but one. The container has a thin writable layer of its own, and neither image
        changes when it writes.
      </figcaption>
    </figure>
  );
}

function FigureFlag({ name }: { readonly name: string }) {
  return (
    <div className="figure-flag">
      <span className="flag-cloth">
        <span className="flag-name">{name}</span>
      </span>
    </div>
  );
}
