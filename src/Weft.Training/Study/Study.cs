namespace Weft.Training;

/// <summary>
/// Several networks, several seeds, one comparison. The runs in the study's folder are all it remembers: whatever is finished there counts, whatever was
/// begun goes on, so a study that is killed and started again ends with the same numbers. Test images are opened by <see cref="Test"/> alone.
/// Runs of another machine count as finished by what was published of them.
/// </summary>
internal sealed class Study
{
    private readonly RunStore _store;
    private readonly RunStore? _published;

    /// <param name="store">The study's own folder.</param>
    /// <param name="published">What <see cref="StudyResults"/> wrote of runs that are not in <paramref name="store"/>. Null: nothing.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: no such recipes, or values that make no sense.</exception>
    public Study(RunStore store, StudyOptions options, RunStore? published = null)
    {
        _store = store;
        _published = published;
        Options = options;
        var recipes = PublishedAccuracy.Networks.Select(network => $"{options.Recipes}/{network}").Concat(options.Also).ToList();
        // The first seed of every network before the second of any: a comparison is there early.
        Members = [.. Enumerable.Range(1, options.Seeds).SelectMany(seed => recipes.Select(recipe => Member(recipe, seed)))];
    }

    public StudyOptions Options { get; }

    /// <summary>In the order of training.</summary>
    public IReadOnlyList<StudyMember> Members { get; }

    /// <summary>The run's own folder; where it has none, what was published of it.</summary>
    public RunFolder FolderOf(StudyMember member) =>
        Planned(member).Folder is var own && new RunReader(own).IsRun() ? own : PublishedOf(member) ?? own;

    /// <summary>Every opening of the test images, here and by the published runs, oldest first.</summary>
    public TestOpenings Openings() => TestOpenings.Of(new[] { _published, _store }.OfType<RunStore>().Select(store => new TestLedger(store.Folder)));

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the run that is there was made by another configuration.</exception>
    public PlannedState StateOf(StudyMember member)
    {
        if (PublishedOf(member) is not { } published || FolderOf(member).Path != published.Path)
            return Planned(member).State();
        Planned(member).RequireSameConfiguration(published);
        return PlannedState.Finished;
    }

    /// <summary>Begins a run or goes on with it.</summary>
    /// <exception cref="WeftException">As beginning and resuming any run.</exception>
    public TrainingSession Plan(StudyMember member, Func<DataConfiguration, ImageDataset> open, IReadOnlyList<string> commandLine) =>
        Planned(member).Plan(open, commandLine);

    /// <summary>
    /// Evaluates a finished run's best checkpoint on the test images as the recipe says, unless that was done before; noted in the ledger of the study's
    /// folder. What was published stays as it is.
    /// </summary>
    public RunResult Test(StudyMember member, Func<DataConfiguration, ImageDataset> open, int? threads, CancellationToken cancellationToken = default)
    {
        var folder = FolderOf(member);
        if (!IsTested(member, folder))
        {
            using var owned = RunLock.Take(folder);
            var checkpoint = _store.FindCheckpoint($"{folder.Path}@best");
            using var evaluation = new RunEvaluation(
                checkpoint, _ => open(member.Configuration.Value.Data), threads, new Advice("give the study the folder where its data are now, by --data"));
            var result = evaluation.Test(new TestLedger(_store.Folder), member.Configuration.Value.Evaluation.Augmentation, cancellationToken);
            EvaluationFiles.Write(owned, checkpoint, EvaluationSplit.Test, result);
        }

        return RunResult.Read(new RunReader(folder), EvaluationSplit.Test);
    }

    private PlannedRun Planned(StudyMember member) => new(_store, member.RunName, member.Configuration);

    private bool IsTested(StudyMember member, RunFolder folder)
    {
        if (!RunResult.Exists(folder, EvaluationSplit.Test))
            return false;
        if (folder.Path == PublishedOf(member)?.Path)
            return true;
        var done = RunResult.Read(new RunReader(folder), EvaluationSplit.Test);
        return done.Checkpoint == "best" && done.Augmentation == member.Configuration.Value.Evaluation.Augmentation;
    }

    private RunFolder? PublishedOf(StudyMember member) =>
        _published is not null && new RunFolder(Path.Combine(_published.Folder, member.RunName)) is var run && new RunReader(run).IsRun()
            && RunResult.Exists(run, EvaluationSplit.Test)
                ? run
                : null;

    private StudyMember Member(string recipe, int seed)
    {
        var resolved = ConfigurationResolver.Resolve(new ConfigurationSources { Recipe = recipe });
        var network = resolved.RecipeName![(resolved.RecipeName!.IndexOf('/') + 1)..];
        var values = new List<ConfigurationValue>();
        if (Options.Quick)
            values.AddRange(QuickStudy.Values(network, resolved.Value));
        values.AddRange(Options.Overrides);
        values.Add(new ConfigurationValue("training.seed", $"{seed}", "study"));
        var changes = values.Where(value => value.Key is not ("training.threads" or "data.folder")).GroupBy(value => value.Key).Select(group => group.Last())
            .OrderByDescending(value => value.Key == "training.seed");
        var byItself = new TrainRun { Recipe = resolved.RecipeName, Changes = [.. changes] };
        return new StudyMember(resolved.RecipeName, seed, $"{network}-s{seed}", resolved.With(values), byItself);
    }
}
