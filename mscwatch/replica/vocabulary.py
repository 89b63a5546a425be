"""The registry's names that the replica knows: pieces with their paths, and search areas.

A *piece* is the registry's short name of a field (`Condition`). Only the pieces that a search for trials touches are
here. Names, paths and areas come from the API's metadata and search-area pages. Weights are left out, because the
replica does not rank.
"""

from __future__ import annotations

_P = "protocolSection"
_STATUS = f"{_P}.statusModule"
_DESIGN = f"{_P}.designModule"
_ARMS = f"{_P}.armsInterventionsModule"
_OUTCOMES = f"{_P}.outcomesModule"
_SITES = f"{_P}.contactsLocationsModule.locations"

TEXT_PIECES = {
    "NCTId": f"{_P}.identificationModule.nctId",
    "NCTIdAlias": f"{_P}.identificationModule.nctIdAliases",
    "OrgStudyId": f"{_P}.identificationModule.orgStudyIdInfo.id",
    "SecondaryId": f"{_P}.identificationModule.secondaryIdInfos.id",
    "OrgFullName": f"{_P}.identificationModule.organization.fullName",
    "BriefTitle": f"{_P}.identificationModule.briefTitle",
    "OfficialTitle": f"{_P}.identificationModule.officialTitle",
    "Acronym": f"{_P}.identificationModule.acronym",
    "WhyStopped": f"{_STATUS}.whyStopped",
    "LeadSponsorName": f"{_P}.sponsorCollaboratorsModule.leadSponsor.name",
    "CollaboratorName": f"{_P}.sponsorCollaboratorsModule.collaborators.name",
    "BriefSummary": f"{_P}.descriptionModule.briefSummary",
    "DetailedDescription": f"{_P}.descriptionModule.detailedDescription",
    "Condition": f"{_P}.conditionsModule.conditions",
    "Keyword": f"{_P}.conditionsModule.keywords",
    "ArmGroupLabel": f"{_ARMS}.armGroups.label",
    "ArmGroupDescription": f"{_ARMS}.armGroups.description",
    "InterventionName": f"{_ARMS}.interventions.name",
    "InterventionOtherName": f"{_ARMS}.interventions.otherNames",
    "InterventionDescription": f"{_ARMS}.interventions.description",
    "PrimaryOutcomeMeasure": f"{_OUTCOMES}.primaryOutcomes.measure",
    "PrimaryOutcomeTimeFrame": f"{_OUTCOMES}.primaryOutcomes.timeFrame",
    "PrimaryOutcomeDescription": f"{_OUTCOMES}.primaryOutcomes.description",
    "SecondaryOutcomeMeasure": f"{_OUTCOMES}.secondaryOutcomes.measure",
    "EligibilityCriteria": f"{_P}.eligibilityModule.eligibilityCriteria",
    "LocationFacility": f"{_SITES}.facility",
    "LocationCity": f"{_SITES}.city",
    "LocationState": f"{_SITES}.state",
    "LocationCountry": f"{_SITES}.country",
    "ReferencePMID": f"{_P}.referencesModule.references.pmid",
    "ConditionMeshTerm": "derivedSection.conditionBrowseModule.meshes.term",
    "ConditionAncestorTerm": "derivedSection.conditionBrowseModule.ancestors.term",
    "InterventionMeshTerm": "derivedSection.interventionBrowseModule.meshes.term",
    "InterventionAncestorTerm": "derivedSection.interventionBrowseModule.ancestors.term",
    "HasResults": "hasResults",
}

DATE_PIECES = {
    "StartDate": f"{_STATUS}.startDateStruct.date",
    "PrimaryCompletionDate": f"{_STATUS}.primaryCompletionDateStruct.date",
    "CompletionDate": f"{_STATUS}.completionDateStruct.date",
    "StatusVerifiedDate": f"{_STATUS}.statusVerifiedDate",
    "StudyFirstSubmitDate": f"{_STATUS}.studyFirstSubmitDate",
    "StudyFirstPostDate": f"{_STATUS}.studyFirstPostDateStruct.date",
    "ResultsFirstPostDate": f"{_STATUS}.resultsFirstPostDateStruct.date",
    "LastUpdateSubmitDate": f"{_STATUS}.lastUpdateSubmitDate",
    "LastUpdatePostDate": f"{_STATUS}.lastUpdatePostDateStruct.date",
    "VersionHolder": "derivedSection.miscInfoModule.versionHolder",
}

NUMBER_PIECES = {"EnrollmentCount": f"{_DESIGN}.enrollmentInfo.count"}

ENUM_PIECES = {
    "OverallStatus": f"{_STATUS}.overallStatus",
    "LastKnownStatus": f"{_STATUS}.lastKnownStatus",
    "StudyType": f"{_DESIGN}.studyType",
    "Phase": f"{_DESIGN}.phases",
    "DesignAllocation": f"{_DESIGN}.designInfo.allocation",
    "InterventionType": f"{_ARMS}.interventions.type",
    "ArmGroupType": f"{_ARMS}.armGroups.type",
    "LeadSponsorClass": f"{_P}.sponsorCollaboratorsModule.leadSponsor.class",
    "EnrollmentType": f"{_DESIGN}.enrollmentInfo.type",
    "Sex": f"{_P}.eligibilityModule.sex",
    "StdAge": f"{_P}.eligibilityModule.stdAges",
    "LocationStatus": f"{_SITES}.status",
    "ReferenceType": f"{_P}.referencesModule.references.type",
}

PIECES = {**TEXT_PIECES, **DATE_PIECES, **NUMBER_PIECES, **ENUM_PIECES}

# The pieces of each search area.
AREAS = {
    area: tuple(pieces.split())
    for area, pieces in {
        "ConditionSearch": "Condition BriefTitle OfficialTitle ConditionMeshTerm ConditionAncestorTerm Keyword NCTId",
        "InterventionSearch": """
            InterventionName InterventionType ArmGroupType InterventionOtherName BriefTitle
            OfficialTitle ArmGroupLabel InterventionMeshTerm Keyword InterventionAncestorTerm
            InterventionDescription ArmGroupDescription
        """,
        "TitleSearch": "Acronym BriefTitle OfficialTitle",
        "IdSearch": "NCTId NCTIdAlias Acronym OrgStudyId SecondaryId",
        "BasicSearch": """
            NCTId Acronym BriefTitle OfficialTitle Condition InterventionName InterventionOtherName
            Phase PrimaryOutcomeMeasure Keyword BriefSummary ArmGroupLabel SecondaryOutcomeMeasure
            InterventionDescription ArmGroupDescription PrimaryOutcomeDescription LeadSponsorName
            OrgStudyId SecondaryId NCTIdAlias InterventionType LocationFacility LocationCity
            LocationCountry ConditionMeshTerm InterventionMeshTerm ConditionAncestorTerm
            InterventionAncestorTerm CollaboratorName StudyType
        """,
    }.items()
}
