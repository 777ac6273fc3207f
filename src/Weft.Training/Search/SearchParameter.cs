namespace Weft.Training;

/// <summary>A configuration key whose value is searched for.</summary>
/// <param name="Key">Dotted: "optimizer.learning_rate".</param>
internal abstract record SearchParameter(string Key)
{
    /// <summary>How many different values there are; null: more than anybody would count.</summary>
    public abstract long? Count { get; }

    /// <summary>The value below which this share of all draws lies, as a configuration writes it.</summary>
    /// <param name="share">In [0, 1).</param>
    public abstract string Draw(double share);
}
