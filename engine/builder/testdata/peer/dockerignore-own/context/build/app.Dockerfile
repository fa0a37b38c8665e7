FROM lab-base
COPY . /ctx/
