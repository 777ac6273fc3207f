namespace Weft.Training;

/// <summary>What one key's range cannot say: values that do not go together.</summary>
internal static class ConfigurationRules
{
    public static void Check(ResolvedConfiguration resolved, List<Problem> problems)
    {
        foreach (var problem in ((IOptionRules)resolved.Value).Conflicts())
            Add(problem.Where, problem);
        foreach (var section in ConfigurationSection.All)
        {
            foreach (var problem in section.Read(resolved.Value).Validate())
                Add(section.KeyOf(problem.Where), problem);
        }

        void Add(string key, Problem problem) => problems.Add(problem with { Where = $"{key} ({resolved.Origin(key)})" });
    }
}
