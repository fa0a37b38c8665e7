echo star > 'star*.txt'
echo space > 'with space.txt'
echo odd > '[odd].md'
