using System.Numerics;

namespace Weft;

/// <summary>What an optimizer does with one element, for as many elements at once as a vector holds.</summary>
public interface IUpdateRule
{
    /// <summary>Whether the rule keeps a first moment of each element.</summary>
    static abstract bool UsesFirst { get; }

    /// <summary>Whether the rule keeps a second moment of each element.</summary>
    static abstract bool UsesSecond { get; }

    /// <summary>Updates weights and moments in place. Moments that are not used hold nothing.</summary>
    void Update(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second);
}
