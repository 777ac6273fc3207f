namespace Weft;

/// <summary>One thing that is wrong with what was given; several are found in one pass.</summary>
/// <param name="Where">The option, key, file or line.</param>
/// <param name="Expected">What would have been right.</param>
/// <param name="Found">What was there.</param>
public sealed record Problem(string Where, string Expected, string Found)
{
    /// <summary>One sentence: "momentum is 1.5; expected a number in [0, 1)".</summary>
    public override string ToString() => $"{Where} is {Found}; expected {Expected}";
}
