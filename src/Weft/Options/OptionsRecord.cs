using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Weft;

/// <summary>
/// A record whose properties are options: name, type, default, range and help of each are the property's own (<see cref="OptionKey"/>), and every reader,
/// writer, schema and check is derived from them.
/// </summary>
[DynamicallyAccessedMembers(Members)]
public abstract record OptionsRecord
{
    /// <summary>What a trimmed program has to keep of a record.</summary>
    internal const DynamicallyAccessedMemberTypes Members =
        DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicConstructors;

    /// <summary>Everything that is wrong with the values, all at once; empty when all is well.</summary>
    public IReadOnlyList<Problem> Validate()
    {
        var problems = OptionKey.Of(GetType()).Select(key => key.Check(key.Read(this))).OfType<Problem>().ToList();
        if (this is IOptionRules rules)
            problems.AddRange(rules.Conflicts());
        return problems;
    }

    /// <exception cref="ArgumentException">A value makes no sense; the message names every one.</exception>
    internal void RequireValid()
    {
        var problems = Validate();
        if (problems.Count > 0)
            throw new ArgumentException(string.Join("; ", problems) + ".");
    }

    /// <summary>The same record with another value of one of its properties. The value is not checked.</summary>
    public OptionsRecord With(PropertyInfo property, object? value)
    {
        var changed = (OptionsRecord)MemberwiseClone();
        property.SetValue(changed, value);
        return changed;
    }
}

/// <summary>What the ranges of single options cannot say: values that do not go together.</summary>
public interface IOptionRules
{
    IEnumerable<Problem> Conflicts();
}

/// <summary>Marks a property that nobody chooses in a configuration: it follows from the data or from another value.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotConfiguredAttribute : Attribute;
