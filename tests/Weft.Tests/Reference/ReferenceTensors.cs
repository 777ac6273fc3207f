namespace Weft.Tests.Reference;

/// <summary>
/// The named tensors of a reference network in PyTorch's layout. One that is asked for and missing is made up: uniform around a centre, a pure function of its
/// name and of <paramref name="seed"/>, and representable in float so that the engine can be given the same.
/// </summary>
internal sealed class ReferenceTensors(long seed)
{
    public Dictionary<string, double[]> Values { get; } = [];

    public Dictionary<string, double[]> Gradients { get; } = [];

    public double[] Value(string name, int length, double centre, double spread)
    {
        if (Values.TryGetValue(name, out var value))
            return value;
        var rng = Rng.For(seed, RngPurpose.Initialization);
        foreach (var letter in name)
            rng = rng.Derive(letter);
        value = new double[length];
        for (var i = 0; i < length; i++)
            value[i] = (float)rng.Uniform(i, centre - spread, centre + spread);
        return Values[name] = value;
    }

    /// <summary>Gives the network these values; the names must be the same on both sides.</summary>
    public void CopyTo(Network network)
    {
        Assert.Equal(Values.Keys.Order(), network.State.Select(tensor => tensor.Name).Order());
        foreach (var tensor in network.State)
            tensor.CopyFrom([.. Values[tensor.Name].Select(value => (float)value)]);
    }

    /// <summary>The name of a network's tensor here: a network that is one layer has a path of no letters.</summary>
    public static string Key(string name) => name.TrimStart('.');

    public ReferenceTensorScope At(string path) => new(this, path);
}

/// <summary>The tensors of one layer.</summary>
internal readonly record struct ReferenceTensorScope(ReferenceTensors Tensors, string Path)
{
    public double[] Value(string name, int length, double centre, double spread) => Tensors.Value(Join(name), length, centre, spread);

    public void GradientIs(string name, double[] gradient) => Tensors.Gradients[Join(name)] = gradient;

    private string Join(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
