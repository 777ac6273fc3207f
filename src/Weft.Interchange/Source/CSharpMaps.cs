namespace Weft.Interchange;

/// <summary>The arrays of a generated classifier: one is taken again as soon as nothing needs what is in it.</summary>
internal sealed class CSharpMaps
{
    private readonly List<Entry> _maps = [];
    private readonly Dictionary<int, int> _uses;  // of each node's output, that are still to come
    private readonly Dictionary<int, Entry> _places = [];

    /// <param name="nodes">In the order of computation; what the last one gives is needed in the end.</param>
    public CSharpMaps(IReadOnlyList<NetworkNode> nodes, int inputLength)
    {
        _uses = nodes.SelectMany(node => node.Inputs).CountBy(input => input).ToDictionary();
        _uses[nodes.Count - 1] = _uses.GetValueOrDefault(nodes.Count - 1) + 1;
        var input = new Entry("_input") { Length = inputLength, Live = _uses.GetValueOrDefault(-1) };
        _places[-1] = input;
    }

    /// <summary>All but the input's.</summary>
    public IEnumerable<(string Name, int Length)> All => _maps.Select(map => (map.Name, map.Length));

    public string Of(int node) => _places[node].Name;

    /// <summary>Whether what a node computes may take the place of its input.</summary>
    public bool MayReplace(int input) => _places[input].Live == 1;

    /// <summary>Leaves a node's output where one of its inputs is.</summary>
    public string Keep(int node, int input)
    {
        var map = _places[input];
        map.Live += _uses.GetValueOrDefault(node) - 1;
        _places[node] = map;
        return map.Name;
    }

    /// <summary>Finds room for a node's output, which none of its inputs is in; these count as used after that.</summary>
    public string Take(int node, int length, IEnumerable<int> inputs)
    {
        var map = _maps.Where(map => map.Live == 0).OrderBy(map => Math.Abs((long)map.Length - length)).FirstOrDefault();
        if (map is null)
            _maps.Add(map = new Entry($"_map{_maps.Count + 1}"));
        map.Length = Math.Max(map.Length, length);
        map.Live = _uses.GetValueOrDefault(node);
        foreach (var input in inputs)
            _places[input].Live--;
        _places[node] = map;
        return map.Name;
    }

    private sealed class Entry(string name)
    {
        public string Name { get; } = name;

        public int Length { get; set; }

        public int Live { get; set; }
    }
}
