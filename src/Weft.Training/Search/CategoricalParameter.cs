namespace Weft.Training;

/// <summary>One of several values that have no order.</summary>
/// <param name="Choices">At least one, as a configuration writes them.</param>
/// <param name="Probabilities">One for each choice, with the sum 1. Null: all are equally likely.</param>
internal sealed record CategoricalParameter(string Key, IReadOnlyList<string> Choices, IReadOnlyList<double>? Probabilities = null) : SearchParameter(Key)
{
    public override long? Count => Choices.Distinct(StringComparer.Ordinal).Count();

    public override string Draw(double share)
    {
        if (Probabilities is null)
            return Choices[(int)(share * Choices.Count)];
        var below = 0.0;
        for (var i = 0; i < Choices.Count; i++)
        {
            below += Probabilities[i];
            if (share < below)
                return Choices[i];
        }

        // The sum may be a little below 1.
        return Choices[Probabilities.Index().Last(choice => choice.Item > 0).Index];
    }

    /// <summary>Which choice a text is: −1 for one that is not among them, such as the default recipe's.</summary>
    public int IndexOf(string text)
    {
        for (var i = 0; i < Choices.Count; i++)
        {
            if (Choices[i] == text)
                return i;
        }

        return -1;
    }
}
