mkdir empty
printf '#!/bin/sh\n' > run.sh
chmod 755 run.sh
chmod 600 b.txt
chmod 700 dir/sub
