/** Key in localStorage; `light`, `dark`, or absent for what the system says. */
export const THEME_KEY = 'drydock.theme';

/** Applies the chosen theme before the first paint. Storage may be forbidden, so it must not throw. */
export const THEME_SCRIPT = `try{var t=localStorage.getItem('${THEME_KEY}');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`;
