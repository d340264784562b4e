/** Messages that are kept on a page: more than anybody scrolls back through while a show runs. In a
 *  file of its own, because what waits for the chat's code needs it before that code is there. */
export const MOST = 300;
